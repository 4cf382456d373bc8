// A table that can be filtered, and sorted by a column; without this script it is only a table.
const body = document.querySelector("tbody");
const headings = [...document.querySelectorAll("th")];
const count = document.querySelector("#count");
const inOrder = new Intl.Collator("en", { numeric: true });

document.querySelector("#filter").addEventListener("input", ({ target }) => {
  const wanted = target.value.toLowerCase();
  let shown = 0;
  for (const row of body.rows) {
    row.hidden = !row.textContent.toLowerCase().includes(wanted);
    shown += !row.hidden;
  }
  const all = body.rows.length;
  count.textContent = `${shown} of ${all} row${all === 1 ? "" : "s"}`;
});

headings.forEach((heading, column) => {
  heading.querySelector("button").addEventListener("click", () => {
    const way = heading.ariaSort === "ascending" ? "descending" : "ascending";
    for (const other of headings) other.removeAttribute("aria-sort");
    heading.setAttribute("aria-sort", way);
    const sign = way === "ascending" ? 1 : -1;
    const rows = [...body.rows].map((row) => ({ row, words: row.cells[column].textContent }));
    rows.sort((a, b) => sign * inOrder.compare(a.words, b.words));
    body.append(...rows.map(({ row }) => row));
  });
});
