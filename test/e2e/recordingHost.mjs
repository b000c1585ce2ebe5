/**
 * The extension's end of a report panel, which records what it is asked: `saved` files, `asked` for
 * spectra and analyses, other windows in `windows`, and accepted findings, which it then gives back.
 */
export function recordingHost(report, overrides = {}) {
  const saved = [];
  const asked = [];
  const windows = [];
  const accepted = [];
  return {
    saved,
    asked,
    windows,
    accepted,
    report: () => Promise.resolve(report),
    spectrum: ({ id }) => {
      asked.push(id);
      return Promise.resolve({ singularValues: [3, 2.5, 0.1] });
    },
    farms: (request) => {
      windows.push(request);
      const { rows, ratio, perSide } = request;
      const { farms } = report.layers.find(({ id }) => id === request.id).fits;
      return Promise.resolve({
        farms: {
          ...farms,
          rows,
          cols: rows * ratio,
          windows: perSide ** 2,
          numEvals: rows * perSide ** 2,
          alpha: 2.345,
          comparable: false,
        },
        esd: { log10Min: -4, log10Max: 4, counts: [5, 7, 2] },
      });
    },
    acceptances: () => Promise.resolve([...accepted]),
    accept: ({ layer, code, reason }) => {
      accepted.push({ layer: layer === '' ? '*' : layer, code, reason });
      return Promise.resolve();
    },
    save: (file) => {
      saved.push(file);
      return Promise.resolve();
    },
    analyzeAgain: () => {
      asked.push('again');
      return Promise.resolve();
    },
    plan: () => {
      asked.push('plan');
      return Promise.resolve();
    },
    ...overrides,
  };
}
