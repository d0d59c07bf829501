/** Keeps a widget that cannot be fetched or drawn from taking its card with it: it says so, and tries again. */

import type { ReactNode } from "react";
import { Component } from "react";
import { askAgain } from "../state/late.ts";
import { say } from "../texts/texts.ts";

interface Props {
  /** The port's name as people read it. */
  readonly name: string;
  readonly children: ReactNode;
}

interface State {
  /** What went wrong, in the browser's words. */
  readonly failed: string | null;
}

export class Guard extends Component<Props, State> {
  override state: State = { failed: null };

  static getDerivedStateFromError(error: unknown): State {
    return { failed: error instanceof Error ? error.message : String(error) };
  }

  override render(): ReactNode {
    const { failed } = this.state;
    if (failed === null) return this.props.children;
    return (
      <span className="field-failed" role="alert" title={failed}>
        <span className="field-failed-words">{say("field.failed", { name: this.props.name })}</span>
        <button type="button" className="field-again nodrag" onClick={this.again}>
          {say("field.again")}
        </button>
      </span>
    );
  }

  private readonly again = (): void => {
    askAgain();
    this.setState({ failed: null });
  };
}
