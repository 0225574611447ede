import { EventEmitter, getEventListeners } from "node:events";
import { Code, ConnectError } from "@connectrpc/connect";
import { describe, expect, test } from "vitest";
import type { NodeResponse } from "../http/node-http.ts";
import { borrowSignal } from "./borrowed-signal.ts";
import { type CallEnds, CallSignal } from "./call-signal.ts";

/** As much of a response as a signal looks at. */
function fakeResponse(destroyed = false): NodeResponse & EventEmitter {
  return Object.assign(new EventEmitter(), { destroyed }) as never;
}

function ends(given: Partial<CallEnds> = {}): CallEnds {
  return { response: fakeResponse(), shutdownSignal: undefined, deadline: undefined, ...given };
}

const codeOf = ({ reason }: AbortSignal) => (reason as ConnectError).code;

describe("the signal of a call", () => {
  test("listens to nobody before it is asked for, nor after the call", () => {
    const response = fakeResponse();
    const shutdown = new AbortController();
    const call = new CallSignal(ends({ response, shutdownSignal: shutdown.signal }));
    expect(response.listenerCount("close")).toBe(0);
    expect(getEventListeners(shutdown.signal, "abort")).toHaveLength(0);
    const { signal } = call;
    expect(call.signal).toBe(signal);
    expect(response.listenerCount("close")).toBe(1);
    call.close();
    expect(response.listenerCount("close")).toBe(0);
    expect([signal.aborted, codeOf(signal)]).toEqual([true, Code.Canceled]);
  });

  test("is aborted with the call, also when it is asked for only then", () => {
    const call = new CallSignal(ends());
    call.close();
    expect(call.signal.reason).toMatchObject({ rawMessage: "the call is over" });
  });

  test("is aborted when the client leaves, also when it has left before", () => {
    const response = fakeResponse();
    const { signal } = new CallSignal(ends({ response }));
    expect(signal.aborted).toBe(false);
    response.emit("close");
    expect(signal.reason).toMatchObject({ rawMessage: "the client has gone" });
    const late = new CallSignal(ends({ response: fakeResponse(true) }));
    expect(late.signal.reason).toMatchObject({ rawMessage: "the client has gone" });
  });

  test("is aborted when the server stops, also when it has stopped before", () => {
    const reason = new ConnectError("stopping", Code.Unavailable);
    const shutdown = new AbortController();
    const { signal } = new CallSignal(ends({ shutdownSignal: shutdown.signal }));
    shutdown.abort(reason);
    expect(signal.reason).toBe(reason);
    expect(new CallSignal(ends({ shutdownSignal: shutdown.signal })).signal.reason).toBe(reason);
  });

  test("is aborted at the deadline, also when it is asked for after it", async () => {
    for (const ms of [5, -5]) {
      const { signal } = new CallSignal(ends({ deadline: Date.now() + ms }));
      await new Promise((resolve) => signal.addEventListener("abort", resolve));
      expect(codeOf(signal)).toBe(Code.DeadlineExceeded);
    }
  });
});

describe("a borrowed signal", () => {
  test("is made when it is read, and read when it is copied", () => {
    let made = 0;
    const { signal } = new AbortController();
    const lender = {
      get signal() {
        made++;
        return signal;
      },
    };
    const borrower = borrowSignal({ other: 1 }, borrowSignal({}, lender));
    expect(made).toBe(0);
    const { other, signal: read } = { ...borrower };
    expect([made, other, read === signal]).toEqual([1, 1, true]);
    expect(Object.keys(borrower)).toEqual(["other", "signal"]);
  });
});
