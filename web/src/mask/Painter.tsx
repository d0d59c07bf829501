/** The mask painter: a picture, a brush, and one file at the end. */

import type { JSX } from "react";
import { useEffect, useState } from "react";
import { Dialog } from "../shell/Dialog.tsx";
import { begin } from "./order.ts";
import type { Order } from "./order.ts";
import { Session } from "./session.ts";
import { Sitting } from "./Sitting.tsx";
import { words } from "./words.ts";
import "./mask.css";

interface Props {
  readonly order: Order;
  readonly close: () => void;
}

export function Painter({ order, close }: Props): JSX.Element {
  const [session, setSession] = useState<Session | null>(null);
  const [failure, setFailure] = useState("");
  useEffect(() => {
    let gone = false;
    begin(order).then(
      (begun) => {
        if (gone) return;
        if (begun) setSession(new Session(begun));
        else setFailure(words("unreadable"));
      },
      (error: unknown) => {
        const message = error instanceof Error ? error.message : String(error);
        if (!gone) setFailure(words("failed", { message }));
      },
    );
    return () => {
      gone = true;
    };
  }, [order]);
  if (session) return <Sitting order={order} session={session} close={close} />;
  return (
    <Dialog title={words("title", { name: order.name })} size="whole" onClose={close}>
      <p className="mask-wait" role={failure === "" ? "status" : "alert"}>
        {failure || words("loading")}
      </p>
    </Dialog>
  );
}
