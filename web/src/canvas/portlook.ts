/** How a port looks: a colour and a shape by its type, so that neither alone carries the meaning. */

export type PortShape = "circle" | "square" | "diamond" | "triangle" | "hexagon" | "dot";

export interface PortLook {
  readonly color: string;
  readonly shape: PortShape;
  /** A sequence of it: drawn twice. */
  readonly many: boolean;
}

const MODELS = [
  "UNet",
  "TextEncoder",
  "VAE",
  "ControlModel",
  "ImageEncoder",
  "Upscaler",
  "SchedulerConfig",
  "Adapter",
];
const PLAIN = ["int", "float", "str", "bool", "enum"];

const KNOWN: Readonly<Record<string, readonly [string, PortShape]>> = {
  Image: ["var(--port-image)", "square"],
  Mask: ["var(--port-mask)", "square"],
  Latent: ["var(--port-latent)", "circle"],
  Noise: ["var(--port-latent)", "hexagon"],
  Conditioning: ["var(--port-conditioning)", "triangle"],
  Prediction: ["var(--port-prediction)", "circle"],
  Residuals: ["var(--port-prediction)", "triangle"],
  AdapterFeatures: ["var(--port-prediction)", "hexagon"],
  Solver: ["var(--port-solver)", "hexagon"],
  Random: ["var(--port-solver)", "square"],
  Sigmas: ["var(--port-step)", "square"],
  Step: ["var(--port-step)", "hexagon"],
};

const SHAPES: readonly PortShape[] = ["circle", "square", "diamond", "triangle", "hexagon"];

const known = new Map<string, PortLook>();

/** The look of a type's ports; a pack's own types get one from their name, always the same. */
export function portLook(type: string): PortLook {
  let look = known.get(type);
  if (!look) {
    look = make(type);
    known.set(type, look);
  }
  return look;
}

function make(type: string): PortLook {
  if (type.startsWith("list[")) return { ...portLook(type.slice(5, -1)), many: true };
  const found = KNOWN[type];
  if (found) return { color: found[0], shape: found[1], many: false };
  if (MODELS.includes(type)) return { color: "var(--port-model)", shape: "diamond", many: false };
  if (PLAIN.includes(type) || type === "?")
    return { color: "var(--port-plain)", shape: "dot", many: false };
  const mark = hash(type);
  const hue = mark % 360;
  return {
    color: `oklch(0.72 0.13 ${hue})`,
    shape: SHAPES[mark % SHAPES.length] ?? "circle",
    many: false,
  };
}

function hash(text: string): number {
  let sum = 7;
  for (const letter of text) sum = (sum * 31 + (letter.codePointAt(0) ?? 0)) % 1_000_003;
  return sum;
}

/** The outline of a shape around (0, 0), about `size` wide, as an SVG path. */
export function outline(shape: PortShape, size: number): string {
  const r = size / 2;
  switch (shape) {
    case "circle":
      return `M ${-r} 0 a ${r} ${r} 0 1 0 ${size} 0 a ${r} ${r} 0 1 0 ${-size} 0 Z`;
    case "dot": {
      const s = r * 0.72;
      return `M ${-s} 0 a ${s} ${s} 0 1 0 ${2 * s} 0 a ${s} ${s} 0 1 0 ${-2 * s} 0 Z`;
    }
    case "square": {
      const s = r * 0.88;
      return `M ${-s} ${-s} H ${s} V ${s} H ${-s} Z`;
    }
    case "diamond":
      return `M 0 ${-r * 1.12} L ${r * 1.12} 0 L 0 ${r * 1.12} L ${-r * 1.12} 0 Z`;
    case "triangle":
      return `M ${-r * 0.85} ${-r} L ${r * 1.1} 0 L ${-r * 0.85} ${r} Z`;
    case "hexagon": {
      const h = r * 0.92;
      return `M ${-r} 0 L ${-r / 2} ${-h} H ${r / 2} L ${r} 0 L ${r / 2} ${h} H ${-r / 2} Z`;
    }
  }
}
