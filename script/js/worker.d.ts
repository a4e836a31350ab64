/** What the server writes into the service worker: its version, and addresses. */
declare const __SITE__: {
  version: string;
  offline: string;
  languages: string[];
  files: string[];
  pages: string[];
  data: string[];
};

/** A list that is kept on the device: which of its pages are, and of which release. */
interface KeptList {
  list: string;
  title: string;
  release: string;
  at: string;
  of: number;
  urls: string[];
}

/** Chromium alone tells it. */
interface WorkerNavigator {
  connection?: { saveData: boolean };
}
