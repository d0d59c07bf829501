import { describe, expect, it } from "vitest";
import { makeGraph } from "../../src/graph/model.ts";
import { entriesOf, nameOf, search } from "../../src/graph/search.ts";
import { BUILTIN, stock } from "./fixtures.ts";

const entries = entriesOf(BUILTIN, makeGraph());
const all = (query: string): readonly string[] => search(entries, query).map((one) => one.label);
const first = (query: string): readonly string[] => all(query).slice(0, 1);

describe("the palette", () => {
  it.each([
    ["math", "Math"],
    ["unet", "UNetDenoise"],
    ["unet den", "UNetDenoise"],
    ["step", "StepInfo"],
    ["decode", "VAEDecode"],
    ["ud", "UNetDenoise"],
    ["cfg", "CFGCombine"],
    ["CLIPTextEncode", "TextEncode"],
    ["clip text encode", "TextEncode"],
    ["checkpoint", "LoadModel"],
    ["EmptyLatentImage", "EmptyLatent"],
    ["save image", "SaveImage"],
    ["image save", "SaveImage"],
    ["for each", "Map"],
    ["if", "Switch"],
  ])("answers '%s' with %s first", (query, label) => {
    expect(first(query)).toEqual([label]);
  });

  it("finds ours by the names of others", () => {
    expect(all("KSampler")).toEqual(
      expect.arrayContaining(["UNetDenoise", "SchedulerStep", "AddNoise", "Schedule", "Repeat"]),
    );
    expect(all("denoise")[0]).toBe("UNetDenoise");
    expect(all("euler_ancestral")).toEqual(["Schedule"]);
  });

  it("puts names before aliases before what only the description says", () => {
    const found = all("noise");
    expect(found[0]).toBe("AddNoise");
    expect(found.indexOf("RandomNoise")).toBeLessThan(found.indexOf("Seed"));
  });

  it("lists favourites, then recent ones, then all", () => {
    const liked = { recent: ["VAEDecode", "Math"], favourite: new Set(["Curve"]) };
    expect(search(entries, "", liked).slice(0, 3).map(nameOf)).toEqual([
      "Curve",
      "VAEDecode",
      "Math",
    ]);
    expect(search(entries, "", liked)).toHaveLength(entries.length);
    expect(search(entries, "vae", { ...liked, favourite: new Set(["VAEEncode"]) })[0]?.label).toBe(
      "VAEEncode",
    );
  });

  it("offers the definitions of the file", () => {
    const found = search(entriesOf(BUILTIN, stock("txt2img-simple.json")), "sampler")[0];
    expect(found).toMatchObject({ type: "Subgraph", graph: "sampler", label: "Sampler" });
  });

  it("answers nonsense with nothing", () => {
    expect(all("qqzzx")).toEqual([]);
  });
});
