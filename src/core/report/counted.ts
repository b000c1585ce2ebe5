/** For the shells, which reach no earlier part of the core. */
export { counted } from '../diagnosis/figureText.ts';
