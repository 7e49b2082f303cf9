/**
 * Programs over images: convolutions, maxima, sums, products, functions, concatenations and resizes, with branches, that
 * the sixteen tiles compute together, each on its part of every image. A 1x1 convolution is a matrix product of as many
 * rows as the image has pixels.
 *
 * <p>Three plans come first and are values that can be looked at: {@link org.tensorizer.conv.ImageChain} says how each
 * image is split and how each step works in wide memory, {@link org.tensorizer.conv.NarrowPlan} gives the images addresses
 * in narrow memory, {@link org.tensorizer.conv.ParameterPlaces} chooses the tiles that keep parameters. The instructions
 * follow from them, one class for each group: input, border, convolution, maximum, sum, product, what is handed on word by
 * word, resize, result, parameters.
 *
 * <p>All numbers were derived from compiled programs; where a rule was only seen to hold, or is ours, the class says so.
 */
package org.tensorizer.conv;
