/** What the page's address asks for: `?app=name` a graph as an app, `?open=name` in the editor. */

/** The name of the graph that is to be shown as an app; null where the editor is asked for. */
export function appAsked(search: string): string | null {
  return named(search, "app");
}

/** The name of the graph that is to be opened in the editor; null where none is. */
export function openAsked(search: string): string | null {
  return named(search, "open");
}

function named(search: string, key: string): string | null {
  const name = new URLSearchParams(search).get(key);
  return name === "" ? null : name;
}

export function openAddress(name: string): string {
  return `./?${new URLSearchParams({ open: name }).toString()}`;
}

/** Takes the request out of the address, so that a reload does not open the graph again. */
export function forgetAsked(): void {
  const { pathname, hash } = window.location;
  window.history.replaceState(null, "", `${pathname}${hash}`);
}
