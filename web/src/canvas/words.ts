/** Port and node names as people read them. */

/** `text_encoder` is "text encoder". */
export function portWords(port: string): string {
  return port.replaceAll("_", " ");
}

/** `VAEDecode` is "VAE Decode", `pack:MyNode` is "My Node". */
export function typeWords(type: string): string {
  const bare = type.slice(type.indexOf(":") + 1);
  return bare.replace(/([a-z0-9])([A-Z])/g, "$1 $2").replace(/([A-Z]+)([A-Z][a-z])/g, "$1 $2");
}

/** Seconds as briefly as they can be read: 0.4 s, 12 s, 3 min 20 s. */
export function duration(seconds: number): string {
  if (seconds < 0.0995) return `${Math.round(seconds * 1000)} ms`;
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  return whole < 100 ? `${whole} s` : `${Math.floor(whole / 60)} min ${whole % 60} s`;
}
