// What is there before the modules: the word that one failed, and clientside callbacks of the
// history pages. Not a module: Dash looks the callbacks up by name.

// Of scripts that come later and of what they ask for; such an error does not bubble.
addEventListener("error", ({ target }) => {
  if (target instanceof HTMLScriptElement) document.getElementById("mw-incomplete").hidden = false;
}, true);

window.dash_clientside = window.dash_clientside || {};

/** Lay a page's selection into its address, without loading anything. */
function keepQuery(selection) {
  const query = new URLSearchParams();
  for (const [key, value] of Object.entries(selection ?? {})) {
    if (value !== "" && value !== null && value !== undefined) query.set(key, value);
  }
  showQuery(query);
  return window.dash_clientside.no_update;
}

function showQuery(query) {
  // Commas and colons are allowed in a query, and easier to read.
  const text = query.toString().replaceAll("%2C", ",").replaceAll("%3A", ":");
  const address = location.pathname + (text ? `?${text}` : "");
  if (address !== location.pathname + location.search) history.replaceState(history.state, "", address);
}

/** Lay a section's selection into the address beside what others keep there; "" takes a key out. */
function mergeQuery(selection) {
  // Later than the page's own keepQuery, which knows only its own keys.
  setTimeout(() => {
    const query = new URLSearchParams(location.search);
    for (const [key, value] of Object.entries(selection ?? {})) {
      if (value) query.set(key, value);
      else query.delete(key);
    }
    showQuery(query);
  });
  return window.dash_clientside.no_update;
}

window.dash_clientside.meltwatch = { ...window.dash_clientside.meltwatch, keepQuery, mergeQuery };
