/** The middle value. */
export const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];

export const round = (value) => Number(value.toPrecision(3));

/**
 * Milliseconds of processor time of each question, asked in turn so that what disturbs one disturbs all: question
 * name -> times. The first round warms caches and compilers and does not count. A question whose program answers
 * `absent` has no times. A question put to several programs is asked of all at once, and takes as long, by the
 * clock, as the slowest.
 *
 * Where memory comes to lie makes a process up to a third faster or slower than the next: so the rounds are shared
 * out among `processes` of each program, one after the other.
 */
export async function interleaved(questions, repeats, processes = 1) {
  const times = Object.fromEntries(Object.keys(questions).map((name) => [name, []]));
  const asked = { ...questions };
  for (let k = 0; k < processes; k++) {
    if (k > 0)
      for (const program of new Set(Object.values(asked).flatMap(programsOf))) program.restart();
    for (let round = 0; round <= Math.ceil(repeats / processes); round++) {
      for (const [name, question] of Object.entries(asked)) {
        const answers = await Promise.all(
          programsOf(question).map((each) => each.ask(question.line)),
        );
        if (answers.includes('absent')) delete asked[name];
        else if (round > 0)
          times[name].push(Math.max(...answers.map((each) => timeOf(each, question))));
      }
    }
  }
  return times;
}

function programsOf({ program, programs = [program] }) {
  return programs;
}

/** Of an answer: processor time, and the clock's where several programs share the work. */
function timeOf(answer, { programs }) {
  return Number(answer.split(' ')[programs ? 1 : 0]);
}

/** Median of the ratios of two lists taken in the same rounds; null where either is empty. */
export function ratioOf(times, reference) {
  if (!times?.length || times.length !== reference?.length) return null;
  return round(median(times.map((each, k) => each / reference[k])));
}
