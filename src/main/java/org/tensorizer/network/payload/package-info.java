/**
 * Where the weights, biases and scales of one layer stand in a payload, for every kind of layer that compiled networks
 * have. Source of all layouts: measured on real compiled models whose sources are public; every byte was explained.
 */
package org.tensorizer.network.payload;
