"""What the explorers are tried on: Services of several kinds, and whether texts meet or leave."""

from __future__ import annotations

from itertools import combinations

import netpol_lab as lab
from netpol_lab.pictures.shapes import Sheet, Text
from netpol_lab.pictures.svg import Drawing

# api leads to 8080 in one pod and to 3000 in the other; one policy asks for the Service's port.
SERVICES = """apiVersion: v1
kind: Service
metadata: {name: api, namespace: shop}
spec:
  clusterIP: 10.96.0.10
  selector: {app: api}
  ports:
  - {name: http, port: 80, targetPort: http}
  - {name: admin, port: 90, targetPort: admin}
---
apiVersion: v1
kind: Service
metadata: {name: api-headless, namespace: shop}
spec: {clusterIP: None, selector: {app: api}, ports: [{port: 80, targetPort: 8080}]}
---
apiVersion: v1
kind: Service
metadata: {name: ghost, namespace: shop}
spec: {clusterIP: 10.96.0.11, selector: {app: apii}, ports: [{port: 80, targetPort: 8080}]}
---
apiVersion: v1
kind: Pod
metadata: {name: web, namespace: shop, labels: {app: web}}
spec: {containers: [{name: w, image: w}]}
status: {phase: Running, podIP: 10.1.0.5}
---
apiVersion: v1
kind: Pod
metadata: {name: api-1, namespace: shop, labels: {app: api, version: "1"}}
spec:
  containers:
  - name: api
    image: shop/api
    ports: [{name: http, containerPort: 8080}, {name: admin, containerPort: 9000}]
status: {phase: Running, podIP: 10.1.0.6}
---
apiVersion: v1
kind: Pod
metadata: {name: api-2, namespace: shop, labels: {app: api, version: "2"}}
spec: {containers: [{name: w, image: w, ports: [{name: http, containerPort: 3000}]}]}
status: {phase: Running, podIP: 10.1.0.7}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: api-wrong, namespace: shop}
spec:
  podSelector: {matchLabels: {version: "1"}}
  ingress: [{from: [{podSelector: {}}], ports: [{port: 80}]}]
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: api-by-name, namespace: shop}
spec:
  podSelector: {matchLabels: {version: "2"}}
  ingress: [{from: [{podSelector: {}}], ports: [{port: http}]}]
"""
SHOP = lab.load(SERVICES)


def texts(sheet: Sheet) -> list[Text]:
    """Return the texts that show."""
    return [shape for shape in sheet.walk() if isinstance(shape, Text)]


def faults(drawing: Drawing) -> list[str]:
    """Return the texts that leave the sheet, and those that stand on another."""
    sheet, found = drawing.sheet, []
    for text in texts(sheet):
        box = text.box
        if box.x < 0 or box.y < 0 or box.right > sheet.width or box.bottom > sheet.height:
            found.append(f"{text.words!r} leaves the sheet")
    for one, other in combinations(texts(sheet), 2):
        a, b = one.box, other.box
        if a.x < b.right and b.x < a.right and a.y < b.bottom and b.y < a.bottom:
            found.append(f"{one.words!r} and {other.words!r} meet")
    return found
