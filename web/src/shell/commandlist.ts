/** Commands as the palette and the keys' help list them: named in the user's language. Pure. */

import type { Command } from "../commands/command.ts";
import { sayOr } from "../texts/texts.ts";

export function titleOf({ id, title }: Command): string {
  return sayOr(`command.${id}`, title);
}

/** Those whose words all begin as the query's do, in any order; better beginnings first. */
export function found(commands: readonly Command[], query: string): readonly Command[] {
  const wanted = query.toLowerCase().split(/\s+/).filter(Boolean);
  if (wanted.length === 0) return commands;
  const ranked = commands.flatMap((command) => {
    const title = titleOf(command).toLowerCase();
    const words = `${title} ${command.title.toLowerCase()} ${command.id}`.split(
      /[^\p{Letter}\p{Number}]+/u,
    );
    const fits = wanted.every(
      (part) => words.some((word) => word.startsWith(part)) || title.includes(part),
    );
    if (!fits) return [];
    return [
      {
        command,
        rank: title.startsWith(wanted.join(" "))
          ? 0
          : words.some((word) => word === wanted[0])
            ? 1
            : 2,
      },
    ];
  });
  return ranked.sort((a, b) => a.rank - b.rank).map(({ command }) => command);
}
