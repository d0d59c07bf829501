/** A button that is an icon; what it does stands in its label and tooltip. */

import type { JSX, MouseEvent } from "react";
import { Icon } from "./Icon.tsx";
import type { IconName } from "./Icon.tsx";

interface Props {
  readonly icon: IconName;
  readonly label: string;
  readonly onClick: (event: MouseEvent) => void;
  readonly pressed?: boolean;
  readonly disabled?: boolean;
  readonly className?: string;
}

export function IconButton({
  icon,
  label,
  onClick,
  pressed,
  disabled,
  className = "",
}: Props): JSX.Element {
  return (
    <button
      type="button"
      className={`icon-button ${className}`}
      aria-label={label}
      title={label}
      aria-pressed={pressed}
      disabled={disabled}
      onClick={onClick}
    >
      <Icon name={icon} />
    </button>
  );
}
