// The connection to the server: requests go out, texts and frames come in. One frame at a time is asked for, so a
// page that is slow, or hidden, gets fewer of them.

import { decode } from "./wire.js";

export class Link {
  /** `on` has `text`, `frame` and `end`. */
  constructor(secret, on) {
    const address = new URL("live", location.href);
    address.protocol = "ws:";
    address.hash = "";
    address.search = secret;
    this.asked = null;
    this.socket = new WebSocket(address);
    this.socket.binaryType = "arraybuffer";
    this.socket.onmessage = ({ data }) => {
      if (typeof data === "string") {
        on.text(JSON.parse(data));
      } else {
        this.asked = null;
        on.frame(decode(data));
      }
    };
    this.socket.onclose = () => on.end();
  }

  /** Says what is to be done, as `request.rs` lists it. */
  say(what, more = {}) {
    if (this.socket.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify({ do: what, ...more }));
  }

  /** Asks for the next frame, unless it is asked for. */
  ask(view) {
    const asked = JSON.stringify(view);
    if (this.asked === asked || this.socket.readyState !== WebSocket.OPEN) return;
    this.asked = asked;
    this.say("frame", { view });
  }
}
