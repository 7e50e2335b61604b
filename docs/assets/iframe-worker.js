// Browsers refuse a Worker from file://. There the search worker runs in a hidden frame, so that search works
// in a site opened from a folder. Over http(s) this file changes nothing.
if (location.protocol === "file:") {
  // As between a page and a real worker, a message arrives after the sender has finished.
  const post = (target, data) => setTimeout(() => target.dispatchEvent(new MessageEvent("message", { data })));

  window.IFrameWorker = class extends EventTarget {
    constructor(url) {
      super();
      const frame = document.createElement("iframe");
      frame.hidden = true;
      document.body.appendChild(frame);
      const worker = frame.contentWindow;
      const load = (address) =>
        new Promise((done, fail) => {
          const script = worker.document.createElement("script");
          script.src = new URL(address, document.baseURI);
          script.onload = done;
          script.onerror = fail;
          worker.document.body.appendChild(script);
        });
      worker.importScripts = (...addresses) =>
        addresses.reduce((before, address) => before.then(() => load(address)), Promise.resolve());
      worker.postMessage = (data) => post(this, data);
      this.ready = load(url);
      this.worker = worker;
    }
    postMessage(data) {
      this.ready.then(() => post(this.worker, data));
    }
  };
  window.Worker = window.IFrameWorker;
}
