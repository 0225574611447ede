const open = new WeakMap<AbortSignal, Set<AbortController>>();

/**
 * Aborts a controller when the server stops. Gives what undoes that.
 *
 * A signal has one listener however many calls are open: adding and removing a
 * listener takes time in proportion to how many there are.
 */
export function onShutdown(signal: AbortSignal | undefined, controller: AbortController) {
  if (signal === undefined) return () => {};
  if (signal.aborted) controller.abort(signal.reason);
  const controllers = open.get(signal) ?? watch(signal);
  controllers.add(controller);
  return () => {
    controllers.delete(controller);
  };
}

function watch(signal: AbortSignal): Set<AbortController> {
  const controllers = new Set<AbortController>();
  open.set(signal, controllers);
  signal.addEventListener(
    "abort",
    () => {
      for (const controller of controllers) controller.abort(signal.reason);
    },
    { once: true },
  );
  return controllers;
}
