/** Whether an element has come into view: what is not looked at is not read. */

import { useCallback, useState } from "react";

export function useSeen(): readonly [
  (element: Element | null) => (() => void) | undefined,
  boolean,
] {
  const [seen, setSeen] = useState(false);
  const box = useCallback((element: Element | null) => {
    if (!element) return undefined;
    const watcher = new IntersectionObserver((entries) => {
      if (!entries.some(({ isIntersecting }) => isIntersecting)) return;
      setSeen(true);
      watcher.disconnect();
    });
    watcher.observe(element);
    return () => watcher.disconnect();
  }, []);
  return [box, seen];
}
