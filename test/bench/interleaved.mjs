import { setTimeout } from 'node:timers/promises';

/** Milliseconds before each question: OpenBLAS's threads wait for more work on their cores for a while. */
const PAUSE = 150;

/** The middle value. */
export const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];

export const round = (value) => Number(value.toPrecision(3));

/**
 * Milliseconds of processor time of each question, asked in turn so that what disturbs one disturbs all: question
 * name -> times. The first round warms caches and compilers and does not count. A question whose program answers
 * `absent` has no times. A question put to several programs, to each in its own words where it has `lines`, is
 * asked of all at once, and takes as long, by the clock, as the slowest. With `times` it is asked so many times in all,
 * each time of the program that is free first, as the engine's pool gives out its list.
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
        await setTimeout(PAUSE);
        const time = await (question.times ? timeOfList(question) : timeAtOnce(question));
        if (time === undefined) delete asked[name];
        else if (round > 0) times[name].push(time);
      }
    }
  }
  return times;
}

function programsOf({ program, programs = [program] }) {
  return programs;
}

/** Undefined where a program answers `absent`. */
async function timeAtOnce(question) {
  const answers = await Promise.all(
    programsOf(question).map((each, at) =>
      each.ask(question.lines ? question.lines[at] : question.line),
    ),
  );
  if (answers.includes('absent')) return undefined;
  // Processor time, and the clock's where several programs share the work.
  return Math.max(...answers.map((each) => Number(each.split(' ')[question.programs ? 1 : 0])));
}

async function timeOfList({ programs, line, times }) {
  let left = times;
  let isAbsent = false;
  const started = performance.now();
  const work = async (program) => {
    while (left-- > 0) if ((await program.ask(line)) === 'absent') isAbsent = true;
  };
  await Promise.all(programs.map(work));
  return isAbsent ? undefined : performance.now() - started;
}

/** Median of the ratios of two lists taken in the same rounds; null where either is empty. */
export function ratioOf(times, reference) {
  if (!times?.length || times.length !== reference?.length) return null;
  return round(median(times.map((each, k) => each / reference[k])));
}
