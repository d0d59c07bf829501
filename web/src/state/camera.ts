/** Where each open graph is looked at: kept over tabs and reloads, for as long as this page lasts. */

/** As xyflow has it: the canvas's corner on the screen, and the zoom. */
export interface Camera {
  readonly x: number;
  readonly y: number;
  readonly zoom: number;
}

const KEY = "latentgraph.cameras";
/** So many are kept, those looked through last. */
const MOST = 60;

/** `tab` is the id of the open file, `place` the graph in it that is shown. */
export function keptCamera(tab: string, place: string): Camera | null {
  return all().get(nameOf(tab, place)) ?? null;
}

export function keepCamera(tab: string, place: string, camera: Camera): void {
  const cameras = all();
  cameras.delete(nameOf(tab, place));
  cameras.set(nameOf(tab, place), camera);
  try {
    sessionStorage.setItem(KEY, JSON.stringify([...cameras].slice(-MOST)));
  } catch {
    // Forbidden storage: the graph is fitted into the window again.
  }
}

function nameOf(tab: string, place: string): string {
  return `${tab} ${place}`;
}

function all(): Map<string, Camera> {
  try {
    const kept: unknown = JSON.parse(sessionStorage.getItem(KEY) ?? "[]");
    return new Map(Array.isArray(kept) ? kept.filter(isKept) : []);
  } catch {
    return new Map();
  }
}

function isKept(entry: unknown): entry is [string, Camera] {
  if (!Array.isArray(entry) || typeof entry[0] !== "string") return false;
  const camera = entry[1] as Partial<Camera> | null;
  return [camera?.x, camera?.y, camera?.zoom].every((value) => Number.isFinite(value));
}
