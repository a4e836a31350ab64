// Asks the service worker something, and gives its answer; progress on the way goes to `tell`.

/**
 * @param {ServiceWorker} worker
 * @param {{ ask: string, [detail: string]: unknown }} message
 * @param {(progress: any) => void} tell
 * @returns {Promise<any>}
 */
export function ask(worker, message, tell = () => {}) {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = ({ data }) => {
      if (!data.done) return tell(data);
      port1.close();
      resolve(data.answer);
    };
    worker.postMessage(message, [port2]);
  });
}
