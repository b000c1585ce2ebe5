/** What files of inputs may ask of the reader; each far above what a check of two models needs. */
export const VERIFY_LIMITS = {
  /** Bytes of one file of inputs: it is read whole. */
  fileBytes: 2 ** 30,
  /** Bytes of all arrays of one file once they are unpacked: a zip can declare any number. */
  arrayBytes: 2 ** 30,
  /** Arrays in one archive: a model has some tens of inputs. */
  archiveEntries: 4096,
  /** Bytes of the header of a .npy file; NumPy itself refuses more than 10,000 unless told to trust it. */
  npyHeaderBytes: 10_000,
  /** Axes of an array, as NumPy has them. */
  axes: 64,
  /** Files in a folder of ONNX test data. */
  folderFiles: 10_000,
  /** Bytes of a JSON file, which takes some ten times as much once it is parsed. */
  jsonBytes: 2 ** 27,
  /** Values in one seeded input: a length of an axis that was mistyped is found here. */
  seededElements: 2 ** 28,
  /** Samples of one verification: each has a stream of random numbers of its own, whose number is exact below this. */
  samples: 30_000,
} as const;
