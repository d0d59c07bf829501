/** Keeps a part of the page that fails from taking the rest with it. */

import type { JSX, ReactNode } from "react";
import { Component } from "react";
import { say } from "../texts/texts.ts";

interface Props {
  readonly children: ReactNode;
}

interface State {
  readonly failed: boolean;
}

export class Boundary extends Component<Props, State> {
  override state: State = { failed: false };

  static getDerivedStateFromError(): State {
    return { failed: true };
  }

  override render(): ReactNode {
    return this.state.failed ? <Failed /> : this.props.children;
  }
}

/** Drafts survive a reload, so that is the way out. */
function Failed(): JSX.Element {
  return (
    <p className="part-failed" role="alert">
      {say("part.failed")}
      <button type="button" className="button" onClick={() => window.location.reload()}>
        {say("part.reload")}
      </button>
    </p>
  );
}
