/**
 * What every room needs and no room owns: {@linkplain org.tensorizer.base.BadInputException bad input} said in plain words,
 * text made {@linkplain org.tensorizer.base.Printable printable}, {@linkplain org.tensorizer.base.Sha256 digests},
 * {@linkplain org.tensorizer.base.Setting settings}, files {@linkplain org.tensorizer.base.InputFile read} and
 * {@linkplain org.tensorizer.base.AtomicFiles written} whole, arrays in {@linkplain org.tensorizer.base.Npy NumPy's format}.
 * It uses no other package of this project.
 */
package org.tensorizer.base;
