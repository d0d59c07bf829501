/** The lists of files in words: what an entry is called, and where a missing one belongs. */

const WORDS: ReadonlyMap<string, string> = new Map([
  ["unets", "UNet"],
  ["vaes", "VAE"],
  ["loras", "LoRA"],
  ["controls", "ControlNet"],
  ["adapters", "T2I adapter"],
  ["ip_adapters", "IP-Adapter"],
]);

/** The sub-folder of the folder of models that is named first for a list. */
const FOLDERS: ReadonlyMap<string, string> = new Map([
  ["models", "checkpoints"],
  ["unets", "diffusion_models"],
  ["vaes", "vae"],
  ["text_encoders", "text_encoders"],
  ["loras", "loras"],
  ["embeddings", "embeddings"],
  ["controls", "controlnet"],
  ["adapters", "t2i_adapter"],
  ["upscalers", "upscale_models"],
  ["image_encoders", "clip_vision"],
  ["ip_adapters", "ipadapter"],
]);

/** What one entry of a list is called: `VAE`, `text encoder`, `model`. */
export function entry(list: string): string {
  return WORDS.get(list) ?? list.replace(/s$/, "").replaceAll("_", " ");
}

/** What to do where an entry is missing. */
export function remedy(list: string): string {
  if (list === "images") return "Send the picture's file, or put it into the folder of images.";
  const folder = FOLDERS.get(list);
  return folder === undefined
    ? ""
    : `Put it into '${folder}' in the folder of models, or choose another.`;
}
