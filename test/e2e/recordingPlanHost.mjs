/**
 * The extension's end of a plan panel, which records what it is asked: `written` plans, `asked` for sources and
 * all else.
 */
export function recordingPlanHost(file, source, overrides = {}) {
  const written = [];
  const asked = [];
  const note = (what) => () => {
    asked.push(what);
    return Promise.resolve();
  };
  return {
    written,
    asked,
    file: () => Promise.resolve(file),
    source: (request) => {
      asked.push(request);
      return Promise.resolve(source);
    },
    write: ({ plan }) => {
      written.push(plan);
      return Promise.resolve();
    },
    chooseInputs: () => {
      asked.push('choose inputs');
      return Promise.resolve(null);
    },
    planAnew: note('plan anew'),
    findModel: note('find model'),
    run: ({ command }) => note(command)(),
    openText: ({ line }) => note(`line ${line}`)(),
    save: (saved) => {
      asked.push(saved);
      return Promise.resolve();
    },
    ...overrides,
  };
}
