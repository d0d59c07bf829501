// @vitest-environment happy-dom
import { act, cleanup, render } from "@testing-library/react";
import type { JSX } from "react";
import { afterEach, expect, it } from "vitest";
import { createLifting, Lifting, LiftingContext, useShift } from "../../src/canvas/lifting.ts";

afterEach(cleanup);

it("a move of a card renders its own wires and no others, and leaves no trace", () => {
  const store = createLifting();
  const lifting = new Lifting(store);
  const renders: Record<string, number> = { a: 0, b: 0 };
  function Wire({ node }: { readonly node: string }): JSX.Element {
    const { x, y } = useShift(node);
    renders[node] = (renders[node] ?? 0) + 1;
    return <i data-wire={node}>{`${x},${y}`}</i>;
  }
  const { container } = render(
    <LiftingContext value={store}>
      <div className="react-flow__node" data-id="a" style={{ transform: "translate(1px, 2px)" }} />
      <div className="react-flow__node" data-id="b" />
      <Wire node="a" />
      <Wire node="b" />
    </LiftingContext>,
  );
  const at = (selector: string): HTMLElement => {
    const found = container.querySelector<HTMLElement>(selector);
    if (!found) throw new Error(`There is no ${selector}.`);
    return found;
  };
  const before = renders.b;
  act(() => lifting.move(container, new Map([["a", { x: 7, y: -3 }]])));
  expect(at('[data-id="a"]').style.translate).toBe("7px -3px");
  expect(at('[data-id="a"]').style.transform).toBe("translate(1px, 2px)");
  expect(at('[data-wire="a"]').textContent).toBe("7,-3");
  expect(renders.b).toBe(before);
  act(() => lifting.clear());
  expect(at('[data-id="a"]').style.translate).toBe("");
  expect(at('[data-wire="a"]').textContent).toBe("0,0");
});
