/** The report panel in front: VS Code shows a webview's page in a frame inside a frame. */
export function reportFrame(page) {
  return page.frameLocator('iframe.webview.ready:visible').frameLocator('iframe#active-frame');
}

/** The same as a frame that scripts can be run in. */
export async function reportElement(page) {
  const body = await reportFrame(page).locator('body').elementHandle();
  return body.ownerFrame();
}

/** Waits until the panel shows the report of that model. */
export async function shownReport(page, model) {
  const frame = reportFrame(page);
  await frame.getByRole('heading', { level: 1 }).filter({ hasText: model }).waitFor();
  return frame;
}

/** Chooses a tab of the panel; returns its grid where it has one. */
export async function chooseTab(frame, label) {
  await frame.getByRole('tab', { name: label }).click();
}

/** The spectrum of the chosen layer. */
export function spectrumCanvas(frame) {
  return frame
    .getByRole('region', { name: 'Chosen layer' })
    .getByRole('img', { name: /^Spectral density/ });
}

/** The grid of layers; its tab must be in front. */
export function layerGrid(frame) {
  return frame.getByRole('grid', { name: 'Layers' });
}

/** Texts of the headers, in order. */
export function headers(grid) {
  return grid
    .getByRole('columnheader')
    .evaluateAll((cells) => cells.map((cell) => cell.textContent.trim()));
}

/** Every row of a virtual grid in order, as arrays of the cells' texts, read by scrolling through it. */
export async function readRows(grid) {
  return grid.evaluate(async (element) => {
    const frame = () => new Promise((resolve) => requestAnimationFrame(() => resolve()));
    const rows = new Map();
    const wanted = Number(element.getAttribute('aria-rowcount')) - 1;
    const scrolled = element.scrollTop;
    for (let top = 0; rows.size < wanted; top += element.clientHeight / 2) {
      element.scrollTop = top;
      await frame();
      await frame();
      for (const row of element.querySelectorAll('[role=row]')) {
        const index = Number(row.getAttribute('aria-rowindex'));
        const cells = [...row.querySelectorAll('[role=gridcell]')];
        if (cells.length > 0 && index > 1)
          rows.set(
            index,
            cells.map((cell) => cell.textContent.trim()),
          );
      }
      if (top > element.scrollHeight) break;
    }
    element.scrollTop = scrolled;
    return [...rows].sort(([a], [b]) => a - b).map(([, cells]) => cells);
  });
}

/** What a canvas shows: how many of its pixels are painted, and how many colours they have. */
export function paint(canvas) {
  return canvas.evaluate((element) => {
    const { width, height } = element;
    const { data } = element.getContext('2d').getImageData(0, 0, width, height);
    const colours = new Map();
    let painted = 0;
    for (let at = 0; at < data.length; at += 4) {
      if (data[at + 3] === 0) continue;
      painted++;
      const colour = `${data[at]},${data[at + 1]},${data[at + 2]}`;
      colours.set(colour, (colours.get(colour) ?? 0) + 1);
    }
    const frequent = [...colours].sort((a, b) => b[1] - a[1]).map(([colour]) => colour);
    return { width, height, painted, colours: frequent };
  });
}
