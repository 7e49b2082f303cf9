/** Another source written into a compiled network: payload, quantization fields, constants, tokens, and nothing else. */
package org.tensorizer.network.transplant;
