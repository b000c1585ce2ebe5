import { setTimeout } from 'node:timers/promises';

const LIMIT_MS = 60_000;
const POLL_MS = 200;

/**
 * Waits until the workbench has written into its database in the browser that an editor of that title is
 * open. It does so every few seconds, when it is idle; a window that is closed before that comes back
 * without the editor, whatever an extension does.
 */
export async function editorStored(page, title) {
  const deadline = Date.now() + LIMIT_MS;
  while (!(await page.evaluate(storedInDatabase, title))) {
    if (Date.now() > deadline)
      throw new Error(`VS Code has not stored in a minute that '${title}' is open.`);
    await setTimeout(POLL_MS);
  }
}

/** Runs in the page: whether any value of any of VS Code's databases is the state of an editor of that title. */
async function storedInDatabase(title) {
  const request = (asked) =>
    new Promise((resolve, reject) => {
      asked.onsuccess = () => resolve(asked.result);
      asked.onerror = () => reject(asked.error);
    });
  for (const { name } of await indexedDB.databases()) {
    const database = await request(indexedDB.open(name));
    try {
      for (const store of database.objectStoreNames) {
        const values = await request(database.transaction(store).objectStore(store).getAll());
        const isEditor = (value) =>
          typeof value === 'string' &&
          value.includes('mainThreadWebview-') &&
          value.includes(title);
        if (values.some(isEditor)) return true;
      }
    } finally {
      database.close();
    }
  }
  return false;
}
