/** Port and node names as people read them. */

/** `text_encoder` is "text encoder". */
export function portWords(port: string): string {
  return port.replaceAll("_", " ");
}

const WORDS = /LoRA|ControlNet|T2I|UNet|[A-Z]+(?![a-z])|[A-Z][a-z0-9]*|[a-z0-9]+/g;

/** `VAEDecode` is "VAE Decode", `LoadUNet` is "Load UNet", `pack:MyNode` is "My Node". */
export function typeWords(type: string): string {
  const bare = type.slice(type.indexOf(":") + 1);
  return bare.match(WORDS)?.join(" ") ?? bare;
}

/** Seconds as briefly as they can be read: 0.4 s, 12 s, 3 min 20 s. */
export function duration(seconds: number): string {
  if (seconds < 0.0995) return `${Math.round(seconds * 1000)} ms`;
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  return whole < 100 ? `${whole} s` : `${Math.floor(whole / 60)} min ${whole % 60} s`;
}
