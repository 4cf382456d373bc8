# Every target is a command of tools/dev.py, which needs nothing but Python. Without make, type
# python tools/dev.py lab. `make help` lists them.
#
#   make lab LAB_ARGS="--no-browser --port 9999"    options for JupyterLab
#   make test ARGS="lint unit"                      only some of the checks
#   make lab PYTHON=python3.12                      another Python

PYTHON ?= python3

.DEFAULT_GOAL := help
.PHONY: lab test format images notebooks soak mutants bench lock clean help

lab test format images notebooks soak mutants bench lock clean help:
	@$(PYTHON) tools/dev.py $@
