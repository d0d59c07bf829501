import { describe, expect, it } from "vitest";
import { mayTellMaking } from "../../src/graph/generation.ts";

const bytes = (text: string): Uint8Array => Uint8Array.from(text, (letter) => letter.charCodeAt(0));
const wide = (text: string): string => text.replace(/[^]/g, "$&\0");

describe("a picture that tells how it was made", () => {
  it("is known by a PNG's text, or a comment in one byte a letter or two", () => {
    expect(mayTellMaking(bytes("\x89PNG....tEXtparameters\0a cat"))).toBe(true);
    expect(mayTellMaking(bytes("\xff\xd8..ASCII\0\0\0a cat\nSteps: 20, Sampler"))).toBe(true);
    expect(mayTellMaking(bytes(`RIFF....UNICODE\0${wide("a cat\nSteps: 20")}`))).toBe(true);
    expect(mayTellMaking(bytes(`UNICODE\0\0${wide("Steps: 20")}`))).toBe(true);
  });

  it("is no photograph, however large, and its text may stand at the end", () => {
    expect(mayTellMaking(bytes("\x89PNG parameter parameters"))).toBe(false);
    const large = new Uint8Array(3_000_000).fill(83); // nothing but S
    expect(mayTellMaking(large)).toBe(false);
    large.set(bytes("parameters\0"), large.length - 40);
    expect(mayTellMaking(large)).toBe(true);
  });
});
