/** The middle value. */
export const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];

export const round = (value) => Number(value.toPrecision(3));

/**
 * Milliseconds of processor time of each question, asked in turn so that what disturbs one disturbs all: question
 * name -> times. The first round warms caches and compilers and does not count. A question whose program answers
 * `absent` has no times. A question put to several programs is asked of all at once, and takes as long, by the
 * clock, as the slowest.
 */
export async function interleaved(questions, repeats) {
  const times = Object.fromEntries(Object.keys(questions).map((name) => [name, []]));
  for (let k = 0; k <= repeats; k++) {
    for (const [name, { program, programs, line }] of Object.entries(questions)) {
      const answers = await Promise.all((programs ?? [program]).map((each) => each.ask(line)));
      if (answers.includes('absent')) delete questions[name];
      else if (k > 0)
        times[name].push(
          Math.max(...answers.map((each) => Number(each.split(' ')[programs ? 1 : 0]))),
        );
    }
  }
  return times;
}

/** Median of the ratios of two lists taken in the same rounds; null where either is empty. */
export function ratioOf(times, reference) {
  if (!times?.length || times.length !== reference?.length) return null;
  return round(median(times.map((each, k) => each / reference[k])));
}
