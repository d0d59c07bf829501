/** The painted mask as a file on the server. */

import * as server from "../api/server.ts";
import { pixelsFor } from "./colours.ts";
import { writePng } from "./png.ts";
import { coloursIn } from "./reading.ts";
import type { Sitting } from "./session.ts";
import type { Subject } from "./subject.ts";

/** The name by which an input finds it. Throws ServerError where it is not taken. */
export async function send(subject: Subject, { painting, picture }: Sitting): Promise<string> {
  const { size, values } = painting;
  const colours = subject.kind === "cutout" && picture ? await coloursIn(picture) : null;
  const whole = picture ? { width: picture.width, height: picture.height } : size;
  const pixels = pixelsFor(subject, values, size, colours, whole);
  return (await server.upload(await writePng(pixels))).hash;
}
