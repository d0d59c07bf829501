/**
 * What changed between two states of a document, as data that can be stored and applied.
 *
 * Made for immutable data that shares what did not change: finding a change in a graph of a
 * thousand nodes looks at the changed node only. Unlike immer's patches these keep the order of
 * names, which is part of the file, and take ids such as `constructor`.
 */

/** Immutable data: plain values, lists, objects and maps. */
export type Value = unknown;

/** A change at `path`: the new value, or none where the name goes; `order` sets a map's order. */
export interface Patch {
  readonly path: readonly (string | number)[];
  readonly value?: Value;
  readonly order?: readonly string[];
}

/** The changes that turn `before` into `after`. */
export function diff(before: Value, after: Value): readonly Patch[] {
  const found: Patch[] = [];
  compare(before, after, [], found);
  return found;
}

function compare(
  before: Value,
  after: Value,
  path: readonly (string | number)[],
  found: Patch[],
): void {
  if (Object.is(before, after)) return;
  if (before instanceof Map && after instanceof Map) {
    compareNames(before as Entries, after as Entries, path, found);
  } else if (isRecord(before) && isRecord(after)) {
    compareNames(new Map(Object.entries(before)), new Map(Object.entries(after)), path, found);
  } else if (!isSame(before, after)) found.push({ path, value: after });
}

type Entries = ReadonlyMap<string, Value>;

function compareNames(
  before: Entries,
  after: Entries,
  path: readonly (string | number)[],
  found: Patch[],
): void {
  for (const name of before.keys()) if (!after.has(name)) found.push({ path: [...path, name] });
  for (const [name, value] of after) {
    if (before.has(name)) compare(before.get(name), value, [...path, name], found);
    else found.push({ path: [...path, name], value });
  }
  const kept = [...before.keys()].filter((name) => after.has(name));
  const added = [...after.keys()].filter((name) => !before.has(name));
  const order = [...after.keys()];
  if ([...kept, ...added].some((name, at) => name !== order[at])) found.push({ path, order });
}

/** Whether two lists hold the same; lists are replaced as a whole. */
function isSame(one: Value, other: Value): boolean {
  return (
    Array.isArray(one) &&
    Array.isArray(other) &&
    one.length === other.length &&
    one.every((item, at) => Object.is(item, other[at]))
  );
}

function isRecord(value: Value): value is Readonly<Record<string, Value>> {
  return (
    typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Map)
  );
}

/** The data with the changes made; each map or object is copied once, however much changes in it. */
export function apply<T>(data: T, patches: readonly Patch[]): T {
  return (patches.length > 0 ? applyAt(data, patches, 0) : data) as T;
}

function applyAt(data: Value, patches: readonly Patch[], depth: number): Value {
  const own = patches.filter(({ path }) => path.length === depth);
  const whole = own.find((patch) => !patch.order);
  if (whole) return whole.value;
  const entries = new Map(data instanceof Map ? (data as Entries) : Object.entries(data as object));
  for (const [name, group] of byName(patches, depth)) {
    const isGone = group.some((patch) => patch.path.length === depth + 1 && isRemoval(patch));
    if (isGone) entries.delete(name);
    else entries.set(name, applyAt(entries.get(name), group, depth + 1));
  }
  const order = own.find((patch) => patch.order)?.order;
  const made = order ? new Map(order.map((name) => [name, entries.get(name)])) : entries;
  return data instanceof Map ? made : recordOf(data as object, made);
}

function isRemoval(patch: Patch): boolean {
  return !patch.order && !("value" in patch);
}

function byName(patches: readonly Patch[], depth: number): ReadonlyMap<string, readonly Patch[]> {
  const groups = new Map<string, Patch[]>();
  for (const patch of patches) {
    if (patch.path.length === depth) continue;
    const name = String(patch.path[depth]);
    const group = groups.get(name);
    if (group) group.push(patch);
    else groups.set(name, [patch]);
  }
  return groups;
}

/** An object with the prototype of the one it takes the place of. */
function recordOf(like: object, entries: Entries): object {
  const made = Object.create(Object.getPrototypeOf(like) as object | null) as Record<string, Value>;
  for (const [name, value] of entries) {
    Object.defineProperty(made, name, {
      value,
      writable: true,
      enumerable: true,
      configurable: true,
    });
  }
  return made;
}

const MAP = "$map";
const OBJECT = "$object";

/** Patches as JSON text: maps become tagged lists, in order; objects with a tag's name too. */
export function patchesToText(patches: Value): string {
  return JSON.stringify(patches, (_, value: Value) => {
    if (value instanceof Map) return { [MAP]: [...(value as Entries)] };
    return isRecord(value) && isTagged(value) ? { [OBJECT]: Object.entries(value) } : value;
  });
}

/** Throws a SyntaxError on text that is no JSON. */
export function patchesFromText(text: string): Value {
  return JSON.parse(text, (_, value: Value) => {
    if (!isRecord(value)) return value;
    if (Object.hasOwn(value, MAP)) return new Map(value[MAP] as [string, Value][]);
    const tagged = Object.hasOwn(value, OBJECT);
    const entries = tagged ? (value[OBJECT] as [string, Value][]) : Object.entries(value);
    // JSON objects in a graph inherit nothing (`json.objectOf`); nor do those that come back.
    return recordOf(Object.create(null) as object, new Map(entries));
  }) as Value;
}

function isTagged(value: object): boolean {
  return Object.hasOwn(value, MAP) || Object.hasOwn(value, OBJECT);
}
