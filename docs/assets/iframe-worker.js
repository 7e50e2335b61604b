// Browsers refuse a Worker from file://. There the search worker runs in a hidden frame, so that search works
// in a site opened from a folder. Over http(s) this file changes nothing.
if (location.protocol === "file:") {
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
      worker.postMessage = (data) => this.dispatchEvent(new MessageEvent("message", { data }));
      this.ready = load(url);
      this.worker = worker;
    }
    postMessage(data) {
      this.ready.then(() => this.worker.dispatchEvent(new MessageEvent("message", { data })));
    }
  };
  window.Worker = window.IFrameWorker;
}
