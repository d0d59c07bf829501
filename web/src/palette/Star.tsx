/** A star: filled for a favourite. */

import type { JSX } from "react";

export function Star({ on }: { readonly on: boolean }): JSX.Element {
  return (
    <svg className="star" data-on={on || undefined} viewBox="0 0 16 16" aria-hidden="true">
      <path d="M8 1.9 L9.9 5.8 L14.2 6.4 L11.1 9.4 L11.8 13.7 L8 11.7 L4.2 13.7 L4.9 9.4 L1.8 6.4 L6.1 5.8 Z" />
    </svg>
  );
}
