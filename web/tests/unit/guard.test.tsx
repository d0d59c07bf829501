// @vitest-environment happy-dom
import { act, cleanup, fireEvent, render, screen } from "@testing-library/react";
import type { ComponentType, JSX } from "react";
import { Suspense } from "react";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { lateView } from "../../src/state/late.ts";
import { Guard } from "../../src/widgets/Guard.tsx";

beforeEach(() => {
  // React tells of what a boundary has caught.
  vi.spyOn(console, "error").mockImplementation(() => undefined);
});
afterEach(cleanup);

function Curve(): JSX.Element {
  return <button type="button">a curve</button>;
}

/** A card of two fields, one of which may fail. */
async function show(View: ComponentType): Promise<void> {
  await act(async () => {
    render(
      <article>
        <Guard name="points">
          <Suspense fallback={null}>
            <View />
          </Suspense>
        </Guard>
        <Guard name="steps">
          <input aria-label="steps" defaultValue="20" />
        </Guard>
      </article>,
    );
    await Promise.resolve();
  });
}

const pressAgain = (): Promise<void> =>
  act(async () => {
    fireEvent.click(screen.getByRole("button", { name: "Try again" }));
    await Promise.resolve();
  });

it("a widget whose code cannot be fetched says so on its card, and comes with another try", async () => {
  const read = vi.fn(() => Promise.resolve({ default: Curve }));
  read.mockRejectedValueOnce(new Error("the server is gone"));
  read.mockRejectedValueOnce(new Error("the server is still gone"));
  await show(lateView(read));
  const alert = await screen.findByRole("alert");
  expect(alert.textContent).toContain("points could not be shown");
  expect(alert.title).toBe("the server is gone");
  expect(screen.getByLabelText<HTMLInputElement>("steps").value).toBe("20");
  await pressAgain();
  expect((await screen.findByRole("alert")).title).toBe("the server is still gone");
  await pressAgain();
  expect(await screen.findByRole("button", { name: "a curve" })).toBeTruthy();
  expect(screen.queryByRole("alert")).toBeNull();
  expect(read).toHaveBeenCalledTimes(3);
});

it("a widget that cannot be drawn leaves the rest of its card, and may be tried again", async () => {
  let broken = true;
  const Breaking = (): JSX.Element => {
    if (broken) throw new Error("no such curve");
    return <Curve />;
  };
  await show(Breaking);
  expect(screen.getByRole("alert").title).toBe("no such curve");
  expect(screen.getByLabelText("steps")).toBeTruthy();
  broken = false;
  await pressAgain();
  expect(screen.getByRole("button", { name: "a curve" })).toBeTruthy();
});
