/** The uncompiled quantized model that a network was, or is to be, compiled from. */
package org.tensorizer.network.source;
