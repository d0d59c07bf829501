/** What may be typed into a number field: `2*512+8`, `1/3`, `*=2` for twice what it was. */

import type { Limits, Plain } from "./plain.ts";
import { neighbours } from "./plain.ts";

const TOKEN = /\s*(?:(\d+(?:\.\d*)?(?:[eE][+-]?\d+)?|\.\d+(?:[eE][+-]?\d+)?)|(\*\*|[-+*/%^()]))/y;
const ASSIGN = /^\s*([-+*/%])=\s*(.+)$/s;

/** The value of an expression; null where it is none. `current` is what `+=` and the like change. */
export function evaluate(text: string, current = 0): number | null {
  const assign = ASSIGN.exec(text);
  const source = assign
    ? `${current < 0 ? `(${current})` : current} ${assign[1] ?? ""} (${assign[2] ?? ""})`
    : text;
  const tokens = tokensOf(source.replace(/(\d),(\d)/g, "$1.$2"));
  if (!tokens || tokens.length === 0) return null;
  const reader = new Reader(tokens);
  const value = reader.sum();
  if (value === null || !reader.done() || !Number.isFinite(value)) return null;
  const clean = Number(value.toPrecision(15));
  return clean === 0 ? 0 : clean;
}

type Token = number | string;

function tokensOf(text: string): readonly Token[] | null {
  const tokens: Token[] = [];
  const trimmed = text.trimEnd();
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < trimmed.length) {
    const found = TOKEN.exec(trimmed);
    if (!found) return null;
    tokens.push(found[1] === undefined ? (found[2] ?? "") : Number(found[1]));
  }
  return tokens;
}

/** Sums of products of powers of numbers, signs and brackets. */
class Reader {
  private at = 0;
  private readonly tokens: readonly Token[];

  constructor(tokens: readonly Token[]) {
    this.tokens = tokens;
  }

  done(): boolean {
    return this.at === this.tokens.length;
  }

  sum(): number | null {
    let value = this.product();
    for (let sign = this.take("+", "-"); sign && value !== null; sign = this.take("+", "-")) {
      const other = this.product();
      if (other === null) return null;
      value = sign === "+" ? value + other : value - other;
    }
    return value;
  }

  private product(): number | null {
    let value = this.signed();
    for (
      let sign = this.take("*", "/", "%");
      sign && value !== null;
      sign = this.take("*", "/", "%")
    ) {
      const other = this.signed();
      if (other === null) return null;
      value = sign === "*" ? value * other : sign === "/" ? value / other : value % other;
    }
    return value;
  }

  private signed(): number | null {
    const sign = this.take("-", "+");
    if (!sign) return this.power();
    const value = this.signed();
    return value === null || sign === "+" ? value : -value;
  }

  private power(): number | null {
    const base = this.atom();
    if (base === null || !this.take("**", "^")) return base;
    const exponent = this.signed();
    return exponent === null ? null : base ** exponent;
  }

  private atom(): number | null {
    const token = this.tokens[this.at];
    if (typeof token === "number") {
      this.at++;
      return token;
    }
    if (!this.take("(")) return null;
    const value = this.sum();
    return this.take(")") ? value : null;
  }

  private take(...signs: readonly string[]): string | null {
    const token = this.tokens[this.at];
    if (typeof token !== "string" || !signs.includes(token)) return null;
    this.at++;
    return token;
  }
}

/** The nearest value that a number's limits allow: for dragging and steps, not for typing. */
export function nearestAllowed(plain: Plain, value: number): number {
  const limits = plain.limits;
  const whole = plain.kind === "int" ? Math.round(value) : value;
  if (!limits) return whole;
  const inside = clamped(limits, whole, plain.kind === "int" ? 1 : 0);
  if (limits.multiple_of === null) return inside;
  const [low, high] = neighbours(inside, limits.multiple_of);
  const [first, second] = inside - low <= high - inside ? [low, high] : [high, low];
  const fits = (one: number): boolean => clamped(limits, one, 0) === one;
  return fits(first) ? first : fits(second) ? second : inside;
}

function clamped(limits: Limits, value: number, step: number): number {
  const low = Math.max(limits.ge ?? -Infinity, limits.gt === null ? -Infinity : limits.gt + step);
  const high = Math.min(limits.le ?? Infinity, limits.lt === null ? Infinity : limits.lt - step);
  return Math.min(high, Math.max(low, value));
}
