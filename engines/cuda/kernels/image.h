extern const unsigned char cuda_kernels_image[];
