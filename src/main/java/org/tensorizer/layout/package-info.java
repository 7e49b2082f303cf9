/**
 * Where the weights W[out][in] of a layer stand in its payload, and what every other byte there means.
 *
 * @see org.tensorizer.layout.DenseLayout
 */
package org.tensorizer.layout;
