/**
 * A compiled network one may look into and patch: its operators, its layers with their weights, and where they stand in
 * the file. Everything is found by one execution of its program on tags ({@code network.trace}), whatever the network.
 */
package org.tensorizer.network;
