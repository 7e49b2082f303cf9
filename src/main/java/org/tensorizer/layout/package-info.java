/**
 * Where the weights of a layer stand in its payload, and what every other byte there means: W[out][in] of a Dense template,
 * W[out][ky][kx][in] of every kind of layer that compiled networks have.
 *
 * @see org.tensorizer.layout.DenseLayout
 * @see org.tensorizer.layout.PayloadLayout
 */
package org.tensorizer.layout;
