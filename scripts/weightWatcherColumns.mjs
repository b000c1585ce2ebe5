/** Columns of WeightWatcher's table, each with the same figure of a layer of a compat report: those of its defaults. */
export const DEFAULT_COLUMNS = [
  ['alpha', (layer) => layer.fits.powerLaw.alpha],
  ['D', (layer) => layer.fits.powerLaw.D],
  ['xmin', (layer) => layer.fits.powerLaw.xmin],
  ['xmax', (layer) => layer.fits.powerLaw.xmax],
  ['sigma', (layer) => layer.fits.powerLaw.sigma],
  ['num_pl_spikes', (layer) => layer.fits.powerLaw.tail],
  ['num_evals', (layer) => layer.metrics.numEvals],
  ['sv_max', (layer) => layer.metrics.svMax],
  ['sv_min', (layer) => layer.metrics.svMin],
  ['norm', (layer) => layer.metrics.norm],
  ['log_norm', (layer) => layer.metrics.logNorm],
  ['spectral_norm', (layer) => layer.metrics.spectralNorm],
  ['log_spectral_norm', (layer) => layer.metrics.logSpectralNorm],
  ['stable_rank', (layer) => layer.metrics.stableRank],
  ['matrix_rank', (layer) => layer.metrics.matrixRank],
  ['rank_loss', (layer) => layer.metrics.rankLoss],
  ['weak_rank_loss', (layer) => layer.metrics.weakRankLoss],
  ['entropy', (layer) => layer.metrics.entropy],
  ['alpha_weighted', (layer) => layer.metrics.alphaWeighted],
  ['log_alpha_norm', (layer) => layer.metrics.logAlphaNorm],
];

/** Of the detX tail. */
export const DETX_COLUMNS = [
  ['detX_num', (layer) => layer.metrics.detXNum],
  ['detX_val', (layer) => layer.metrics.detXVal],
];

/** Of the Marchenko-Pastur fit. */
export const MARCHENKO_PASTUR_COLUMNS = [
  ['sigma_mp', (layer) => layer.fits.marchenkoPastur.sigma],
  ['mp_softrank', (layer) => layer.fits.marchenkoPastur.softRank],
  ['bulk_min', (layer) => layer.fits.marchenkoPastur.bulkMin],
  ['bulk_max', (layer) => layer.fits.marchenkoPastur.bulkMax],
  ['num_spikes', (layer) => layer.fits.marchenkoPastur.spikes],
];
