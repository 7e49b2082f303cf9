/**
 * Heat maps and the expected / observed / difference picture. Knows numbers and colours and nothing of the project.
 *
 * <p>Everything here is immutable and safe for any number of threads, works without a screen
 * ({@code java.awt.headless}), and goes without captions where the machine has no fonts.
 */
package org.tensorizer.picture;
