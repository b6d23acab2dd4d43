// Clientside callbacks of the Malfunctions page. Not a module: Dash looks them up by name.
window.dash_clientside = window.dash_clientside || {};

/** The whole selection for the address, and the address of its CSV file. */
function malfunctionsQuery(filters, brush, sort, pages, measure) {
  // The page that the address names is not known before the grid is there.
  if (!pages) return [window.dash_clientside.no_update, window.dash_clientside.no_update];
  const chosen = { ...filters, brush: brush ? brush.join(",") : "", sort: sort === "-onset" ? "" : sort };
  const page = pages.currentPage + 1;
  const csv = new URLSearchParams(Object.entries(chosen).filter(([, text]) => text));
  const query = { ...chosen, page: page > 1 ? String(page) : "", measure: measure === "count" ? "" : measure };
  return [query, `/history/malfunctions.csv?${csv}`];
}

/** Another selection has other rows: the grid asks for them anew, from its first page. */
function malfunctionsPurge(filters, brush, shown, grid) {
  const chosen = JSON.stringify([filters, brush]);
  // At first the grid asks by itself, for the page that the address names.
  if (!shown || chosen === shown) return chosen;
  dash_ag_grid.getApiAsync(grid).then((api) => {
    api.paginationGoToFirstPage();
    api.purgeInfiniteCache();
  });
  return chosen;
}

window.dash_clientside.malfunctions = { query: malfunctionsQuery, purge: malfunctionsPurge };
