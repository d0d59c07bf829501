/**
 * How large a node is and where its handles are: computed from the declaration, never measured.
 *
 * So culling works from the first paint, wires end where they should when far away, and nothing
 * moves when a node is drawn. The style sheet draws to these measures, not the other way round.
 */

import { frameShape } from "./frameshape.ts";
import { MEASURES } from "./measures.ts";
import { collapsedShape, nodeShape } from "./nodeshape.ts";
import type { Shape } from "./nodeshape.ts";
import { portsOf } from "./ports.ts";
import type { PortTypes } from "./porttypes.ts";
import { isCollapsed, positionOf, widthOf } from "./view.ts";
import type { Point } from "./view.ts";

/** Shapes and places of one graph's nodes, made as they are asked for. */
export class Geometry {
  readonly types: PortTypes;
  private readonly shapes = new Map<string, Shape>();

  constructor(types: PortTypes) {
    this.types = types;
  }

  shape(id: string): Shape {
    let found = this.shapes.get(id);
    if (!found) {
      found = this.make(id);
      this.shapes.set(id, found);
    }
    return found;
  }

  /** A node's corner within the body it stands in. */
  place(id: string): Point {
    return positionOf(this.types.graph, id) ?? { x: 0, y: 0 };
  }

  /** A node's corner on the canvas. */
  absolute(id: string): Point {
    let { x, y } = this.place(id);
    for (let loop = this.types.scopes.home(id); loop !== ""; loop = this.types.scopes.home(loop)) {
      const place = this.place(loop);
      x += place.x;
      y += place.y;
    }
    return { x, y };
  }

  /** Whether a node is drawn: no loop around it is collapsed. */
  visible(id: string): boolean {
    const around = this.types.scopes.enclosing(this.types.scopes.home(id));
    return around.every((loop) => loop === "" || !isCollapsed(this.types.graph, loop));
  }

  private make(id: string): Shape {
    const node = this.types.scopes.nodes.get(id);
    if (!node) return { width: MEASURES.width, height: MEASURES.header, handles: [], rows: [] };
    const collapsed = isCollapsed(this.types.graph, id);
    if (node.body && !collapsed) return frameShape(this, id, node);
    const width = widthOf(this.types.graph, id);
    const ports = portsOf(this.types, id, node);
    return collapsed ? collapsedShape(id, ports, width) : nodeShape(id, node, ports, width);
  }
}

const known = new WeakMap<PortTypes, Geometry>();

export function geometryOf(types: PortTypes): Geometry {
  let found = known.get(types);
  if (!found) {
    found = new Geometry(types);
    known.set(types, found);
  }
  return found;
}
